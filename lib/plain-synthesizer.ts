import { DefaultStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib';

/** Leaves the bootstrap version to the check that the CLI makes anyway, so the template needs no parameter. */
export function plainSynthesizer(): IStackSynthesizer {
  // The library's own class and interface differ in `undefined`, which `exactOptionalPropertyTypes` minds.
  return new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer;
}
