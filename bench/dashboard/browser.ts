/** A dashboard on a study file, and a Chromium that looks at it; what the page's speed is measured with. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { newToken, startServer } from '#server';
import { openStorage } from '#storage';
import { trialFolder } from '#tune';

const PAGE = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url));
const CHROMIUM = '/usr/bin/chromium';
/** Debian's Chromium, which otherwise looks for updates; without a screen it draws in software. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--js-flags=--expose-gc',
];

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
}

export interface Opened {
  /** A page of its own, with a time origin of its own. */
  page(path: string, look?: Look): Promise<Page>;
  close(): Promise<void>;
}

/** Serves the studies of the SQLite file, with what trials wrote below `runs`, and starts a browser. The page has to be built. */
export async function openDashboard(file: string, runs?: string): Promise<Opened> {
  if (!existsSync(PAGE)) throw new Error('the page is not built: npm run build');
  const storage = await openStorage(`sqlite:${file}`);
  const token = newToken();
  const server = await startServer({
    storage,
    token,
    host: '127.0.0.1',
    port: 0,
    allowHosts: [],
    version: '0',
    page: PAGE,
    ...(runs !== undefined && { folderOf: (study: string, number: number) => trialFolder(runs, study, number) }),
  });
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  return {
    async page(path, { width = 1280, height = 900, dark = false } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        hasTouch: width < 700,
        isMobile: width < 700,
      });
      await context.addInitScript({ content: `sessionStorage.setItem('attune-token', ${JSON.stringify(token)})` });
      const page = await context.newPage();
      await page.goto(`${server.url}${path}`, { waitUntil: 'commit' });
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
      await storage.close();
    },
  };
}
