/** Attributes of an element; numbers are written with at most one decimal, so that the bytes are stable and few. */
export type SvgAttributes = Readonly<Record<string, string | number>>;

/** One element as text. */
export function svg(name: string, attributes: SvgAttributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escape(value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

/** A line of text. */
export function svgText(text: string, x: number, y: number, attributes: SvgAttributes = {}): string {
  return svg('text', { x, y, ...attributes }, [escape(text)]);
}

/** A line through points. */
export function svgLine(points: readonly (readonly [number, number])[], attributes: SvgAttributes): string {
  const written = points.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join(' ');
  return svg('polyline', { points: written, fill: 'none', ...attributes });
}

function rounded(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
