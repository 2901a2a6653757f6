/** Where things stand in a plot: title and what it counts on the left above, the legend below them, then the axes. */

/** Pixels that the title and its second line take. */
const HEAD = 52;

export const title = (text: string, subtext?: string) => ({
  text,
  left: 8,
  top: 4,
  itemGap: 4,
  // Without a height of its own a line is as high as a Chinese character is wide, which is next to nothing where no font has one.
  textStyle: { lineHeight: 22 },
  subtextStyle: { lineHeight: 16 },
  ...(subtext !== undefined && { subtext }),
});

/** Widths of text are estimated when no browser draws it: the gap leaves room for that. */
export const legend = { left: 8, top: HEAD, itemGap: 24, itemWidth: 16, itemHeight: 10 } as const;

/** The scale of colours beside a plot: what it stands for, and what its ends stand for. */
export const colorScale = (name: string, low: string, high: string) => ({
  text: [`${name}\n${high}`, low],
  textGap: 8,
  textStyle: { lineHeight: 16 },
  itemHeight: 160,
  right: 12,
  top: 'middle',
});

/** Where axes begin below the title, and below the legend. */
export const BELOW_TITLE = HEAD + 12;
export const BELOW_LEGEND = HEAD + 40;

/** A name along the middle of an axis, this far from it in pixels. */
export const middleName = (name: string, nameGap: number) => ({ name, nameLocation: 'middle' as const, nameGap });
