/** contract ← core ← adapters ← hosts; the page knows only the contract; only hosts/electron knows Electron. */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'contract-stands-alone',
      severity: 'error',
      from: { path: '^main/contract/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^main/contract/|^node_modules/zod/' },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      from: { path: '^main/core/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^main/(contract|core)/|^node_modules/zod/' },
    },
    {
      name: 'core-tests-stay-in-core',
      severity: 'error',
      from: { path: '^main/core/' },
      to: { path: '^main/(adapters|hosts)/|^renderer/' },
    },
    {
      name: 'adapters-know-no-host',
      severity: 'error',
      from: { path: '^main/adapters/' },
      to: { path: '^main/hosts/|^renderer/|^scripts/' },
    },
    {
      name: 'page-knows-only-the-contract',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^main/(?!contract/)|^native/|^scripts/' },
    },
    {
      name: 'electron-only-in-its-host',
      severity: 'error',
      from: { pathNot: '^main/hosts/electron/' },
      to: { path: '^(node_modules/)?electron($|/)' },
    },
    {
      name: 'hosts-stand-apart',
      severity: 'error',
      from: { path: '^main/hosts/([^/]+)/' },
      to: { path: '^main/hosts/', pathNot: '^main/hosts/($1|shared)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'] },
  },
};
