/** The package loads on Windows only; see payload.ts for what Facet uses of it. */
declare module 'kinect2' {
  const Kinect2: new () => unknown;
  export default Kinect2;
}
