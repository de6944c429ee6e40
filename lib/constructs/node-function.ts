import { Aws, Duration, Fn, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionSpec } from '../functions.ts';
import type { Settings } from '../settings.ts';

export interface NodeFunctionProps {
  /** What it does, after the name of the stage. */
  readonly description: string;
  readonly spec: Pick<FunctionSpec, 'memoryMb' | 'timeoutSeconds'>;
  /**
   * What it is called in logs, metrics and traces.
   * @default the id of the construct
   */
  readonly service?: string;
  /** Folder with the bundled code. */
  readonly code: string;
  readonly settings: Settings;
  /** @default none beside what grants add */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where the metrics of the functions are found. */
export const metricNamespace = 'Evently';

/** A function with a role and a log group of its own. */
export class NodeFunction extends Construct {
  public readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { spec, settings } = props;

    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logRetentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    // Not the managed AWSLambdaBasicExecutionRole, which may write to every log group of the account.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources that a permission could name; nothing else of the role is for all resources.',
    });

    this.function = new LambdaFunction(this, 'Function', {
      description: `Evently ${settings.stage}: ${props.description}`,
      code: Code.fromAsset(props.code),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: spec.memoryMb,
      timeout: Duration.seconds(spec.timeoutSeconds),
      tracing: Tracing.ACTIVE,
      role,
      logGroup,
      // Where there are versions, one that was replaced is still there to go back to.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      environment: {
        NODE_OPTIONS: '--enable-source-maps',
        ...observability(props.service ?? id, settings),
        ...props.environment,
      },
    });
  }
}

/** What logs, metrics and traces need to know. */
function observability(service: string, { stage }: Settings): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: service,
    POWERTOOLS_METRICS_NAMESPACE: metricNamespace,
    STAGE: stage,
    // The id of the stack, arn:…:stack/<name>/<id>, stays the same for as long as the stage exists.
    LOG_SALT: Fn.select(2, Fn.split('/', Aws.STACK_ID)),
  };
}
