// Completes an initiation from any step: administrator, then the other members.
// In: the variables of login.js, OTHERS (a list of members as rs.add takes them, as JSON).
const holds = (condition) => {
  try {
    return Boolean(condition());
  } catch (error) {
    return false;
  }
};
const waitFor = (what, condition) => {
  for (let second = 0; second < 300; second += 1) {
    if (holds(condition)) return;
    sleep(1000);
  }
  throw new Error(`gave up waiting for ${what}; see rs.status() and rs.conf()`);
};
const logsIn = () => admin.auth('admin', process.env.MONGO_PASSWORD).ok;
const isMember = (host) => rs.conf().members.some((member) => member.host === host);

if (!accepted) {
  // The first user can be created from the same machine only, and only while no user exists.
  waitFor('this member to be primary', () => db.hello().isWritablePrimary);
  admin.createUser({ user: 'admin', pwd: process.env.MONGO_PASSWORD, roles: ['root'] });
  if (!holds(logsIn)) throw new Error('the administrator cannot log in');
}
const others = JSON.parse(process.env.OTHERS);
if (db.hello().isWritablePrimary) {
  let added = 0;
  for (const other of others) {
    if (!isMember(other.host)) {
      // refused while the set still agrees on the previous member
      waitFor(`${other.host} to be added`, () => isMember(other.host) || rs.add(other).ok);
      added += 1;
    }
  }
  // of existing members one may be down: this one is healthy without it
  if (added) {
    waitFor(
      'all members to be healthy',
      () => rs.status().members.filter((m) => [1, 2].includes(m.state)).length > others.length,
    );
  }
}
// in mongosh, callbacks of array methods cannot query the set (ASYNC-10012)
const known = rs.conf().members.map((member) => member.host);
const missing = others.filter((other) => !known.includes(other.host));
if (missing.length) {
  throw new Error(`not in the set: ${JSON.stringify(missing)}; rs.add() them on the primary`);
};
