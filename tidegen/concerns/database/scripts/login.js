// Logs in as the administrator. Between a rotation of the secret and the primary's update (user.js), the
// set accepts the previous password.
// In: MONGO_PASSWORD, MONGO_PASSWORD_BEFORE.
// Out: accepted, the right password, or refusal, the reason if none was right.
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
