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
  { id: 'trial', title: 'Trial', component: lazy(() => import('./views/trial.tsx')), filter: false },
  { id: 'compare', title: 'Compare', component: lazy(() => import('./views/compare.tsx')), filter: false },
];
