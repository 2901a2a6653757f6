/** The views of a study, in the order of the tabs. Each is loaded when it is first opened. `contract.ts` says what it gets. */
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { ViewProps } from './contract.ts';

export interface View {
  /** In the URL. */
  readonly id: string;
  readonly title: string;
  readonly component: LazyExoticComponent<ComponentType<ViewProps>>;
  /** Fetches its code before it is shown. */
  readonly load: () => Promise<unknown>;
  /** Whether the filter box stands above it. */
  readonly filter: boolean;
}

const view = (
  id: string,
  title: string,
  filter: boolean,
  load: () => Promise<{ default: ComponentType<ViewProps> }>,
): View => ({ id, title, filter, load, component: lazy(load) });

export const VIEWS: readonly View[] = [
  view('overview', 'Overview', false, () => import('./views/overview.tsx')),
  view('trials', 'Trials', true, () => import('./views/trials.tsx')),
  view('history', 'History', true, () => import('./views/history.tsx')),
  view('curves', 'Curves', true, () => import('./views/curves.tsx')),
  view('parallel', 'Parallel', true, () => import('./views/parallel.tsx')),
  view('slice', 'Slices', true, () => import('./views/slice.tsx')),
  view('contour', 'Contour', true, () => import('./views/contour.tsx')),
  view('importance', 'Importance', true, () => import('./views/importance.tsx')),
  view('pareto', 'Pareto', true, () => import('./views/pareto.tsx')),
  view('timeline', 'Timeline', true, () => import('./views/timeline.tsx')),
  view('trial', 'Trial', false, () => import('./views/trial.tsx')),
  view('compare', 'Compare', false, () => import('./views/compare.tsx')),
];
