import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The dashboard's page: src/dashboard → dist/dashboard, after tsdown, which clears dist.
export default defineConfig({
  root: 'src/dashboard',
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../../dist/dashboard',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows files of the server alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Pictures in PNG without a browser: the page never asks for them.
    rolldownOptions: { external: ['@resvg/resvg-js', 'node:module'] },
    chunkSizeWarningLimit: 1200,
  },
});
