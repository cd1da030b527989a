/** How the panel is built: hashed files under /assets, nothing inlined, so that a page may forbid inline scripts. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const unused = new URL('./src/api/unused.ts', import.meta.url).pathname;
const server = process.env.EVENTOS_URL ?? 'http://127.0.0.1:8080';
const served = ['/config.json', '/auth', '/rest', '/functions', '/api', '/files', '/e/', '/connect'];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: Object.fromEntries(['realtime', 'storage'].map((part) => [`@supabase/${part}-js`, unused])) },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: Object.fromEntries(served.map((path) => [path, { target: server, changeOrigin: false }])) },
  // A machine with much else to do is slow, and that is no failure.
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true, testTimeout: 60_000 },
});
