/** Wire types of the HTTP API. */
export { toWireObjectives, toWireTrial } from './to-wire.ts';
export {
  askSchema,
  createStudySchema,
  decisionSchema,
  errorSchema,
  heartbeatSchema,
  logPageSchema,
  reportSchema,
  studiesSchema,
  studySchema,
  tellSchema,
  trialSchema,
  trialsSchema,
  TRIAL_STATES,
  type WireError,
  type WireStudy,
  type WireTrial,
} from './wire.ts';
