// In: the variables of login.js; APPLICATION, the services' secret as JSON, with Username and Password
// once it is filled.
if (accepted !== process.env.MONGO_PASSWORD) {
  admin.changeUserPassword('admin', process.env.MONGO_PASSWORD);
}
const { Username: user, Password: pwd } = JSON.parse(process.env.APPLICATION);
if (user && pwd && user !== 'admin') {
  // A rotation names the other of two users: the previous one is not changed, so that running services
  // continue until they have restarted.
  // Services create collections and indexes, each in its own database.
  const roles = ['readWriteAnyDatabase'];
  if (admin.getUser(user)) admin.updateUser(user, { pwd, roles });
  else admin.createUser({ user, pwd, roles });
}
