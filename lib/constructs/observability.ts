import { Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { Alarms, alarmId } from './alarms.ts';
import { Dashboard } from './dashboard.ts';
import { watchedParts } from './watched.ts';

export interface ObservabilityProps {
  readonly api: HttpApi;
  readonly table: ITableV2;
  readonly settings: Settings;
}

/** A dashboard and alarms for every function, queue and pipe that the stack has by now, so it comes last. */
export class Observability extends Construct {
  public readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const { api, table, settings } = props;
    const { stage } = settings;
    const parts = watchedParts(Stack.of(this));
    const topic = new AlarmTopic(this, 'AlarmTopic', settings);
    this.alarms = new Alarms(this, 'Alarms', { stage, parts, api, table, topic }).all;
    new Dashboard(this, 'Dashboard', { stage, parts, api, table });
  }

  /**
   * Alarms by their titles, as in `API errors` and `Function errors: booking`.
   *
   * @throws {RangeError} where there is none with a title.
   */
  alarmsOf(...titles: readonly string[]): readonly Alarm[] {
    return titles.map((title) => {
      const alarm = this.alarms.find(({ node }) => node.id === alarmId(title));
      if (!alarm) throw new RangeError(`There is no alarm "${title}".`);
      return alarm;
    });
  }
}
