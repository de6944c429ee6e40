import { CfnOutput, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import packageJson from '../package.json' with { type: 'json' };
import { AdminPolicy } from './constructs/admin-policy.ts';
import { ApiFunction } from './constructs/api-function.ts';
import { DataTable } from './constructs/data-table.ts';
import { HttpApi } from './constructs/http-api.ts';
import { Identity } from './constructs/identity.ts';
import { functionSpecs, type Group } from './functions.ts';
import type { Settings } from './settings.ts';

export interface EventlyStackProps {
  readonly settings: Settings;
  /** Folder with the code of each function. */
  readonly bundles: Readonly<Record<Group, string>>;
}

/** The service: a table, people, one function for each privilege group, and the HTTP API in front of them. */
export class EventlyStack extends Stack {
  constructor(scope: Construct, id: string, props: EventlyStackProps) {
    const { settings, bundles } = props;
    super(scope, id, {
      description: `Evently (${settings.stage}): sells event tickets without overselling`,
      terminationProtection: !settings.ephemeral,
      synthesizer: plainSynthesizer(),
    });

    const data = new DataTable(this, 'Data', settings);
    const identity = new Identity(this, 'Identity', settings);

    const functionOf = (group: Group, environment = {}) => {
      const spec = functionSpecs[group];
      const code = bundles[group];
      const { function: target } = new ApiFunction(this, group, { group, spec, code, settings, environment });
      data.grant(target, spec);
      identity.grant(target, spec);
      return target;
    };
    const functions = {
      catalog: functionOf('catalog'),
      account: functionOf('account'),
      booking: functionOf('booking'),
      organizer: functionOf('organizer'),
      admin: functionOf('admin'),
      system: functionOf('system', { SERVICE_VERSION: packageJson.version }),
    };

    const { api } = new HttpApi(this, 'Api', { functions, identity, settings });
    const { policy } = new AdminPolicy(this, 'EventlyAdmin', api);

    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
    new CfnOutput(this, 'UserPoolId', { value: identity.userPool.userPoolId });
    new CfnOutput(this, 'UserPoolClientId', { value: identity.client.userPoolClientId });
    new CfnOutput(this, 'AdminPolicyArn', { value: policy.managedPolicyArn });
    new CfnOutput(this, 'TableName', { value: data.table.tableName });
  }
}

/** Leaves the bootstrap version to the check that the CLI makes anyway, so the template needs no parameter. */
function plainSynthesizer(): IStackSynthesizer {
  // The library's own class and interface differ in `undefined`, which `exactOptionalPropertyTypes` minds.
  return new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer;
}
