/** The views of a study, in the order of the tabs. Each is loaded when it is first opened. `contract.ts` says what it gets. */
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { ViewProps } from './contract.ts';

export interface View {
  /** In the URL. */
  readonly id: string;
  readonly title: string;
  readonly component: LazyExoticComponent<ComponentType<ViewProps>>;
  /** Whether the filter box stands above it. */
  readonly filter: boolean;
}

export const VIEWS: readonly View[] = [
  { id: 'overview', title: 'Overview', component: lazy(() => import('./views/overview.tsx')), filter: false },
  { id: 'trials', title: 'Trials', component: lazy(() => import('./views/trials.tsx')), filter: true },
  { id: 'history', title: 'History', component: lazy(() => import('./views/history.tsx')), filter: true },
  { id: 'curves', title: 'Curves', component: lazy(() => import('./views/curves.tsx')), filter: true },
  { id: 'parallel', title: 'Parallel', component: lazy(() => import('./views/parallel.tsx')), filter: true },
  { id: 'slice', title: 'Slices', component: lazy(() => import('./views/slice.tsx')), filter: true },
  { id: 'contour', title: 'Contour', component: lazy(() => import('./views/contour.tsx')), filter: true },
  { id: 'importance', title: 'Importance', component: lazy(() => import('./views/importance.tsx')), filter: true },
  { id: 'pareto', title: 'Pareto', component: lazy(() => import('./views/pareto.tsx')), filter: true },
  { id: 'timeline', title: 'Timeline', component: lazy(() => import('./views/timeline.tsx')), filter: true },
  { id: 'trial', title: 'Trial', component: lazy(() => import('./views/trial.tsx')), filter: false },
  { id: 'compare', title: 'Compare', component: lazy(() => import('./views/compare.tsx')), filter: false },
];
