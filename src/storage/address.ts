/** Addresses of storages: 'memory', 'sqlite:PATH', 'postgres://USER:PASSWORD@HOST:PORT/DATABASE'. */

/** Whether an address is one of PostgreSQL's; both spellings are in use. */
export const isPostgres = (address: string): boolean => /^postgres(ql)?:/.test(address);

/** The path of a SQLite database; null for another kind of address. */
export const sqlitePath = (address: string): string | null => /^sqlite:(.+)$/s.exec(address)?.[1] ?? null;

/** An address as it may be printed and kept: without a password, and without the options behind `?`, which may hold one. */
export function shownAddress(address: string): string {
  if (!isPostgres(address)) return address;
  if (!URL.canParse(address)) return 'postgres://…';
  const url = new URL(address);
  url.password = '';
  url.search = '';
  url.hash = '';
  return url.href;
}
