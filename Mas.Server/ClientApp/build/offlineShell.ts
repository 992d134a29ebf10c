import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/** What the worker's source holds in place of the list of files that it keeps. */
const placeholder = /["'`]__MAS_SHELL__["'`]/;

/**
 * Tells the service worker which files make up the client, and gives the set a version, so that a
 * changed client is a changed `sw.js`, which is how the browser notices an update.
 */
export function offlineShell(): Plugin {
  return {
    name: 'mas-offline-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('The bundle holds no sw.js.');
      const files = Object.keys(bundle)
        .filter(name => name !== 'sw.js' && !name.startsWith('admin') && /\.(js|css)$/.test(name))
        .sort();
      const version = createHash('sha256')
        .update(worker.code)
        .update(files.join('\n'))
        .update(String((bundle['index.html'] as { source?: unknown } | undefined)?.source ?? ''))
        .digest('hex')
        .slice(0, 12);
      const shell = JSON.stringify({ version, files: ['/', ...files.map(name => `/${name}`)] });
      if (!placeholder.test(worker.code)) throw new Error('sw.js has no place for its list of files.');
      worker.code = worker.code.replace(placeholder, () => shell);
    },
  };
}
