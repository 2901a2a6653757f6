export type { Bucket, SummaryValue, TensorBoardEvent } from './tensorboard/event.ts';
export type { HParamInfo, HParamsRecord, HParamValue, MetricInfo, SessionStatus } from './tensorboard/hparams.ts';
export type { FollowedStudy, Follower, FollowOptions } from './follow.ts';
export { checkedUrl as checkMlflowUrl, type MlflowOptions } from './mlflow/client.ts';
export { exportToMlflow, followToMlflow, type MlflowFollowOptions } from './mlflow/live.ts';
export { followToTensorBoard } from './tensorboard/live.ts';
export { readEvents } from './tensorboard/read.ts';
export { writeStudyEvents } from './tensorboard/study-log.ts';
export { summaryWriter, type SummaryOptions, type SummaryWriter } from './tensorboard/summary-writer.ts';
