// In: what login.js left; APPLICATION, the services' secret as JSON with Username and Password when
// it is filled.
if (accepted !== process.env.MONGO_PASSWORD) {
  admin.changeUserPassword('admin', process.env.MONGO_PASSWORD);
}
const { Username: user, Password: pwd } = JSON.parse(process.env.APPLICATION);
if (user && pwd && user !== 'admin') {
  // A rotation names the other of two users: the one before stays as it is, so that services that
  // run go on until they have restarted.
  // Services make collections and indexes of their own, each in its own database.
  const roles = ['readWriteAnyDatabase'];
  if (admin.getUser(user)) admin.updateUser(user, { pwd, roles });
  else admin.createUser({ user, pwd, roles });
}
