// Logs in as the administrator. Between a rotation of the secret and the moment in which the primary
// follows it (user.js), the set takes the password before.
// In: MONGO_PASSWORD, MONGO_PASSWORD_BEFORE.
// Out: accepted, the password that was right, or else refusal, why none was.
const admin = db.getSiblingDB('admin');
let accepted;
let refusal;
for (const password of [process.env.MONGO_PASSWORD, process.env.MONGO_PASSWORD_BEFORE]) {
  if (password && !accepted) {
    try {
      admin.auth('admin', password);
      accepted = password;
    } catch (error) {
      refusal = error.message;
    }
  }
}
