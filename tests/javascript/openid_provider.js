// An OpenID Connect provider at a port of this machine:
//
//     node openid_provider.js PORT APP SECRET PEOPLE
//
// APP is the address of its one client, SECRET what the two share, and PEOPLE the claims of each person as JSON, by the name that is
// typed to sign in there; any password is right.
import { Provider } from "oidc-provider";

const [port, app, secret, people] = process.argv.slice(2);
const claims = JSON.parse(people);
const address = `http://127.0.0.1:${port}`;
const callback = [`${app}/oauth2callback`];
const provider = new Provider(address, {
  clients: [
    { client_id: "chat", client_secret: secret, redirect_uris: callback, post_logout_redirect_uris: callback },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
  conformIdTokenClaims: false,
  findAccount: (_, name) => ({ accountId: name, claims: () => ({ sub: name, ...claims[name] }) }),
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
