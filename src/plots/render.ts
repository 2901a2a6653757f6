/** Draws a chart without a browser: SVG by ECharts' own server-side renderer, PNG from that by resvg. Both load on first use. */
import { escapeMarkup, xmlSafe } from '#text';
import type { Chart } from './chart.ts';
import { themed, type ThemeName } from './theme.ts';

export interface RenderOptions {
  /** In pixels. Default 800. */
  readonly width?: number;
  /** Default: what suits the chart, 480 for most. */
  readonly height?: number;
  readonly theme?: ThemeName;
}

const FONT = 'DejaVu Sans, Helvetica, Arial, Noto Sans CJK SC, sans-serif';

/** One `<svg>` element; the chart's description is its `<desc>`. */
export async function renderSvg(
  chart: Chart,
  { width = 800, height, theme = 'light' }: RenderOptions = {},
): Promise<string> {
  const { echarts } = await import('./echarts.ts');
  const instance = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width,
    height: height ?? chart.height ?? 480,
  });
  try {
    const option = themed(chart.option, theme);
    instance.setOption({ ...option, animation: false, textStyle: { ...option.textStyle, fontFamily: FONT } });
    const text = `<desc>${escapeMarkup(chart.description)}</desc>`;
    return xmlSafe(instance.renderToSVGString()).replace(
      /^(<svg [^>]*)>/,
      (_, open: string) => `${open} role="img">\n${text}`,
    );
  } finally {
    instance.dispose();
  }
}

/** `scale` multiplies the pixels, for dense screens and print. */
export async function renderPng(
  chart: Chart,
  options: RenderOptions & { readonly scale?: number } = {},
): Promise<Uint8Array> {
  // Loaded here, so that a page can use this file for its SVG.
  const [{ Resvg }, { createRequire }] = await Promise.all([import('@resvg/resvg-js'), import('node:module')]);
  const svg = await renderSvg(chart, options);
  // A machine without fonts would draw no text at all: one comes with the package, the system's fill in for other scripts.
  const font = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: options.scale ?? 2 },
    font: { fontFiles: [font], loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' },
  });
  return resvg.render().asPng();
}
