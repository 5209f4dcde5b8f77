// Sets the users to what the secrets contain, after a restore brought those of the backup: the
// administrator stays, with the password of its secret, and user.js recreates the services' user.
// In: MONGO_PASSWORD, and a login as the members' own user.
const brought = db.getSiblingDB('admin').getCollection('system.users').find().toArray();
for (const { user, db: home } of brought) {
  if (user === 'admin' && home === 'admin') {
    db.getSiblingDB('admin').changeUserPassword('admin', process.env.MONGO_PASSWORD);
  } else {
    db.getSiblingDB(home).dropUser(user);
  }
}
