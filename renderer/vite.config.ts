import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Nothing inline: the hosts send a policy that refuses inline scripts and styles, and data: URLs of fonts. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
  build: {
    outDir: '../out/page',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // three.js, loaded on demand.
    chunkSizeWarningLimit: 600,
  },
  server: { host: '127.0.0.1', fs: { allow: ['..'] } },
});
