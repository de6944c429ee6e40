import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';

export interface ClientParametersProps {
  readonly stage: string;
  /** Values by name, such as `api-url`. None of them is secret. */
  readonly values: Readonly<Record<string, string>>;
}

/** What clients need to know of a stage, as SSM parameters `/evently/<stage>/<name>`. */
export class ClientParameters extends Construct {
  constructor(scope: Construct, id: string, { stage, values }: ClientParametersProps) {
    super(scope, id);
    for (const [name, stringValue] of Object.entries(values)) {
      new StringParameter(this, name, { parameterName: `/evently/${stage}/${name}`, stringValue });
    }
  }
}
