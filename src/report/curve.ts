/** The share of truth that intervals held, against what they should hold: a drawing. */

export interface Curve {
  readonly label: string;
  /** Level and share that it held, each 0 to 1. */
  readonly points: readonly (readonly [level: number, held: number])[];
}

/** px of the square between the axes, and of the margin for their numbers. */
const [SIDE, MARGIN] = [160, 30];

/** An SVG element; the diagonal is right, below it intervals are too narrow. */
export function coverageSvg(curves: readonly Curve[]): string {
  const x = (level: number) => (MARGIN + SIDE * level).toFixed(1);
  const y = (held: number) => (8 + SIDE * (1 - held)).toFixed(1);
  const size = MARGIN + SIDE + MARGIN / 2;
  const ticks = [0, 0.5, 1].map(
    (at) =>
      `<text x="${x(at)}" y="${8 + SIDE + 14}" text-anchor="middle">${100 * at}</text>` +
      `<text x="${MARGIN - 5}" y="${Number(y(at)) + 4}" text-anchor="end">${100 * at}</text>`,
  );
  const lines = curves.map(({ points }, k) => {
    const path = points.map(([level, held]) => `${x(level)},${y(held)}`).join(' ');
    const dots =
      points.length < 4 ? points.map(([a, b]) => `<circle cx="${x(a)}" cy="${y(b)}" r="3.5"/>`) : [];
    return `<g class="curve curve-${k % 4}"><polyline points="${path}"/>${dots.join('')}</g>`;
  });
  return (
    `<svg class="coverage" viewBox="0 0 ${size} ${size + 14}" width="${size}" role="img" ` +
    'aria-label="share of the truth that intervals held, against their level">' +
    `<rect x="${MARGIN}" y="8" width="${SIDE}" height="${SIDE}"/>` +
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>${ticks.join('')}${lines.join('')}` +
    `<text x="${MARGIN + SIDE / 2}" y="${SIDE + 38}" text-anchor="middle">level of the interval, %</text></svg>`
  );
}
