/** Saves drawings of the page as one SVG or PNG, as they look now: no style sheet, no colour that other programs do not know. */

/** A drawing, and the list that says what is what in it: each entry an inline drawing and its words. */
export interface Figure {
  readonly drawing: SVGSVGElement;
  readonly legend: HTMLElement;
}

const KEPT = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-family',
  'font-size',
  'text-anchor',
] as const;
const SCALE = 2;
/** Of a saved picture, in its own units. */
const MARGIN = 20;
const ROW = 22;
const SIZE = { title: 18, words: 13 } as const;

export async function savePicture(
  title: string,
  figures: readonly Figure[],
  kind: 'svg' | 'png',
  name: string,
): Promise<void> {
  const sheet = sheetOf(title, figures);
  const drawing = new Blob([new XMLSerializer().serializeToString(sheet)], { type: 'image/svg+xml' });
  download(kind === 'svg' ? drawing : await painted(drawing, sheet), `${name}.${kind}`);
}

/** Title and figures below each other, each with its legend, on the page's background. */
function sheetOf(title: string, figures: readonly Figure[]): SVGSVGElement {
  const { color, fontFamily, backgroundColor } = getComputedStyle(document.body);
  const write = (words: string, x: number, y: number, size: number): Element => {
    const line = element('text', { x, y, fill: inRgb(color), 'font-family': fontFamily, 'font-size': size });
    line.textContent = words;
    return line;
  };
  let y = MARGIN + ROW;
  const parts = [write(title, MARGIN, MARGIN + SIZE.title, SIZE.title)];
  for (const { drawing, legend } of figures) {
    parts.push(alone(drawing, MARGIN, y));
    y += drawing.viewBox.baseVal.height;
    for (const entry of legend.children) {
      const mark = entry.querySelector('svg')!;
      const { width, height } = mark.viewBox.baseVal;
      parts.push(alone(mark, MARGIN, y + (ROW - height) / 2));
      const words = entry.textContent.replaceAll(/\s+/g, ' ').trim();
      parts.push(write(words, MARGIN + width + 8, y + ROW / 2 + SIZE.words / 3, SIZE.words));
      y += ROW;
    }
    y += MARGIN;
  }
  const width = 2 * MARGIN + Math.max(...figures.map(({ drawing }) => drawing.viewBox.baseVal.width));
  const sheet = element('svg', { width, height: y, viewBox: `0 0 ${width} ${y}` }) as SVGSVGElement;
  sheet.append(element('rect', { width, height: y, fill: inRgb(backgroundColor) }), ...parts);
  return sheet;
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): Element {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** A copy at this place, whose every element bears its own look. */
function alone(svg: SVGSVGElement, x: number, y: number): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((each, i) => {
    const look = getComputedStyle(originals[i]);
    for (const property of KEPT) {
      const value = look.getPropertyValue(property);
      each.setAttribute(property, /^(oklch|color)/.test(value) ? inRgb(value) : value);
    }
    for (const name of ['class', 'style', 'tabindex']) each.removeAttribute(name);
  });
  const { width, height } = svg.viewBox.baseVal;
  for (const [key, value] of Object.entries({ x, y, width, height })) copy.setAttribute(key, String(value));
  return copy;
}

function inRgb(colour: string): string {
  const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
}

async function painted(drawing: Blob, sheet: SVGSVGElement): Promise<Blob> {
  const { width, height } = sheet.viewBox.baseVal;
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
