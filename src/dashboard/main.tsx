/** Starts the page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { adoptToken } from './client.ts';

adoptToken();
const page = document.getElementById('page');
if (page === null) throw new Error('internal: index.html has no #page');
createRoot(page).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
