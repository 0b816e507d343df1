/** Saves a drawing of the page as SVG or PNG, as it looks now: no style sheet, no colour that other programs do not know. */

const KEPT = [
  'fill',
  'stroke',
  'stroke-width',
  'opacity',
  'font-family',
  'font-size',
  'text-anchor',
] as const;
const SCALE = 2;

export async function savePicture(svg: SVGSVGElement, kind: 'svg' | 'png', name: string): Promise<void> {
  const text = new XMLSerializer().serializeToString(alone(svg));
  const drawing = new Blob([text], { type: 'image/svg+xml' });
  download(kind === 'svg' ? drawing : await painted(drawing, svg), `${name}.${kind}`);
}

/** A copy whose every element bears its own look, on the page's background. */
function alone(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((element, i) => {
    const look = getComputedStyle(originals[i]);
    for (const property of KEPT) {
      const value = look.getPropertyValue(property);
      element.setAttribute(property, /^(oklch|color)/.test(value) ? inRgb(value) : value);
    }
    for (const name of ['class', 'style', 'tabindex']) element.removeAttribute(name);
  });
  const { width, height } = svg.viewBox.baseVal;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const back = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  back.setAttribute('width', '100%');
  back.setAttribute('height', '100%');
  back.setAttribute('fill', inRgb(getComputedStyle(document.body).backgroundColor));
  copy.prepend(back);
  return copy;
}

function inRgb(colour: string): string {
  const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
}

async function painted(drawing: Blob, svg: SVGSVGElement): Promise<Blob> {
  const { width, height } = svg.viewBox.baseVal;
  const picture = new Image(width * SCALE, height * SCALE);
  picture.src = URL.createObjectURL(drawing);
  await picture.decode();
  const canvas = new OffscreenCanvas(width * SCALE, height * SCALE);
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(picture.src);
  return canvas.convertToBlob({ type: 'image/png' });
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
