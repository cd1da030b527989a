/**
 * What stands in for the parts of supabase-js that the panel never uses: live channels and files. They are a third of that
 * library, and every page would read them before its first field (`vite.config.ts` puts this in their place).
 */

/** Told of each token; there is no channel to pass it on to. */
export class RealtimeClient {
  setAuth(): Promise<void> {
    return Promise.resolve();
  }
}

/** Pictures go to this server's own `/files`. */
export class StorageClient {
  readonly isThere = false;
}

export class StorageApiError extends Error {}
