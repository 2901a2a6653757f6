/** What survives JSON.stringify and JSON.parse unchanged. Optional keys may be absent. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
