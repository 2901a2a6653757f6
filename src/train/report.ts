/**
 * What a fit tells while it runs: a line of progress within an epoch, a report after each.
 */

export interface EpochReport {
  /** 1-based. */
  readonly epoch: number;
  /** Mean over the rows trained on, each measured just before its step. */
  readonly trainLoss: number;
  /** On validation; NaN without validation rows. */
  readonly loss: number;
  /** On validation, without the loss; empty without validation rows. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  readonly batchSize: number;
  /** Training and validation. */
  readonly seconds: number;
  /** Rows trained on per second, without validation. */
  readonly samplesPerSecond: number;
  /** Mean of ‖g‖ over the steps, before clipping; with `logGradientNorm` only. */
  readonly gradientNorm?: number;
}

/** Validation within an epoch, by `evaluateEvery`. */
export interface StepEvaluation {
  /** Optimizer steps done. */
  readonly step: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  /** Within the epoch, 1-based. */
  readonly step: number;
  readonly steps: number;
  /** Mean of the epoch so far. */
  readonly loss: number;
  readonly samplesPerSecond: number;
}
