import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { offlineShell } from './build/offlineShell.ts';
import { precompress } from './build/precompress.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  build: {
    outDir: here('../wwwroot'),
    emptyOutDir: true,
    target: 'es2024',
    sourcemap: false,
    // The Content-Security-Policy allows no data: scripts or styles, so nothing is inlined.
    assetsInlineLimit: 0,
    // The polyfill would be an inline helper for browsers that the target rules out anyway.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: here('index.html'), sw: here('src/sw/serviceWorker.ts') },
      output: {
        // The service worker's address may not change between versions.
        entryFileNames: chunk => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  plugins: [offlineShell(), precompress()],
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:3200',
      '/ws': { target: 'ws://127.0.0.1:3200', ws: true },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
