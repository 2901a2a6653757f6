/**
 * An architecture with the space of its hyperparameters: what an experiment needs to search it.
 *   experiment({ space: { ...space, learningRate: float(…) }, model: build, … })
 *   experiment({ space: { net: branch({ a: a.space, b: b.space }), … }, model: ({ net }, data) => (net.kind === 'a' ? a.build(net, data) : b.build(net, data)), … })
 * Ranges are those that the source of each names, cut at what trains on a processor where it says so. Defaults are those of the architecture.
 */
import type { Dataset } from '#data';
import type { Layer } from '#nn';
import type { Fields, InferFields } from '#space';

/** What is known of data before a model is built. */
export type DataShape = Pick<Dataset, 'classes' | 'columns' | 'inputShape' | 'name' | 'task' | 'vocabulary'>;

export interface Architecture<F extends Fields> {
  readonly space: F;
  /** The model of these hyperparameters for data; others beside them are left alone. */
  readonly build: (params: InferFields<F>, data: DataShape) => Layer;
}

/** The type of `build` is inferred from the space. */
export const architecture = <const F extends Fields>(
  space: F,
  build: (params: InferFields<F>, data: DataShape) => Layer,
): Architecture<F> => ({ space, build });
