// Print the verdict of @cloud-copilot/iam-simulate on each case of standard input, one letter each:
// A allowed, E explicitly denied, I implicitly denied. Run by judge.py.
//
// The engine itself is called, since the package's own runUnsafeSimulation loads a resource's policy
// without a name and then fails on it, and runSimulation drops keys that an action does not support.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const load = createRequire(pathToFileURL(process.argv[2] + "/"));
const engine = join(process.argv[2], "node_modules/@cloud-copilot/iam-simulate/dist/cjs");
const { loadPolicy } = load("@cloud-copilot/iam-policy");
const { authorize } = load(join(engine, "core_engine/CoreSimulatorEngine.js"));
const { AwsRequestImpl } = load(join(engine, "request/request.js"));
const { RequestContextImpl } = load(join(engine, "requestContext.js"));
const { DiscoveryContextKeyConstraints } = load(
  join(engine, "context_keys/discoveryContextKeyConstraints.js"),
);

const policy = (statements, name) =>
  loadPolicy({ Version: "2012-10-17", Statement: statements }, { name });
const everything = policy([{ Effect: "Allow", Action: "*", Resource: "*" }], "everything");
const organization = [{ orgIdentifier: "root", policies: [everything] }];

function verdict(item) {
  const resource = { resource: item.resource, accountId: item.account };
  const context = new RequestContextImpl(item.keys);
  return authorize({
    request: new AwsRequestImpl(item.principal, resource, item.action, context),
    identityPolicies: [policy(item.statements, "identity")],
    serviceControlPolicies: organization,
    resourceControlPolicies: organization,
    resourcePolicy: item.policy ? policy(item.policy, "resource") : undefined,
    permissionBoundaries: item.boundary ? [policy(item.boundary, "boundary")] : undefined,
    simulationParameters: {
      simulationMode: "Strict",
      discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]),
    },
    serviceSettings: { s3: {} },
  }).result;
}

const cases = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(cases.map((item) => verdict(item)[0]).join(""));
