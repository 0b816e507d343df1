/** The live point cloud. Drawn when a new one arrives or when it is turned, never in between. */
import {
  BufferAttribute,
  BufferGeometry,
  Group,
  PerspectiveCamera,
  Points,
  PointsMaterial,
  Scene,
  WebGLRenderer,
} from 'three';
import type { Preview } from '../../../main/contract/api.ts';

/** Distance of the point that the cloud turns about where no point says better, mm. */
const MIDDLE = 700;

export class PointScene {
  private readonly renderer = new WebGLRenderer({ antialias: true, alpha: true });
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(38, 1, 50, 5000);
  private readonly turned = new Group();
  private readonly geometry = new BufferGeometry();
  private readonly material = new PointsMaterial({ size: 11, vertexColors: true });
  private readonly resize: ResizeObserver;
  private middle = MIDDLE;

  /** @throws where the window has no WebGL */
  constructor(host: HTMLElement) {
    this.turned.add(new Points(this.geometry, this.material));
    this.scene.add(this.turned);
    host.append(this.renderer.domElement);
    this.resize = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = host;
      if (width === 0 || height === 0) return;
      this.renderer.setPixelRatio(Math.min(2, devicePixelRatio));
      this.renderer.setSize(width, height);
      this.camera.aspect = width / height;
      this.camera.updateProjectionMatrix();
      this.draw();
    });
    this.resize.observe(host);
  }

  /** @param preview `points`: six int16 each, x right, y down, z away in millimetres, then red, green, blue */
  show({ width, data }: Preview): void {
    const values = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const place = new Float32Array(width * 3);
    const colour = new Uint8Array(width * 3);
    let depth = 0;
    for (let i = 0; i < width; i++) {
      const at = i * 12;
      const z = values.getInt16(at + 4, true);
      depth += z;
      // Mirrored, as a person sees themselves; three looks along −z with y up.
      place[3 * i] = -values.getInt16(at, true);
      place[3 * i + 1] = -values.getInt16(at + 2, true);
      place[3 * i + 2] = -z;
      for (let c = 0; c < 3; c++) colour[3 * i + c] = values.getInt16(at + 6 + 2 * c, true);
    }
    if (width > 0) this.middle += 0.1 * (depth / width - this.middle);
    this.geometry.setAttribute('position', new BufferAttribute(place, 3));
    this.geometry.setAttribute('color', new BufferAttribute(colour, 3, true));
    // The cloud is small and always in view: no bounds need to be kept.
    this.turned.children[0].frustumCulled = false;
    this.draw();
  }

  /** @param yaw,pitch radians */
  turn(yaw: number, pitch: number): void {
    const { rotation } = this.turned;
    rotation.y += yaw;
    rotation.x = Math.min(1.2, Math.max(-1.2, rotation.x + pitch));
    this.draw();
  }

  dispose(): void {
    this.resize.disconnect();
    this.geometry.dispose();
    this.material.dispose();
    this.renderer.dispose();
    this.renderer.domElement.remove();
  }

  private draw(): void {
    // Turns about the middle of the person, not about the sensor.
    this.turned.children[0].position.z = this.middle;
    this.turned.position.z = -this.middle;
    this.renderer.render(this.scene, this.camera);
  }
}
