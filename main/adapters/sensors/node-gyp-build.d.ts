declare module 'node-gyp-build' {
  /** Finds an addon in a folder: built there, else prebuilt for this platform. Throws where there is neither. */
  const nodeGypBuild: { path(folder: string): string };
  export default nodeGypBuild;
}
