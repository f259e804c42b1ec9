/** All rules. */

import { challengesAreTold, noErrorWithoutFailure, toldInTime } from './callers.ts';
import { hintIsHeard, visitorsAskNothing } from './hints.ts';
import type { RuleMaker } from './judge.ts';
import { boundedRate, noNeedlessRefresh, noOverlap } from './one-refresh.ts';
import { backsOff } from './outage.ts';
import { noRefreshInVain, noRefusalThatARefreshMends } from './refusals.ts';
import { asNobodyElse, noTokenAfterSignOut, onceAndUnchanged, signOutIsTheLastWord } from './requests.ts';
import { refreshTokensStayAtHome, tokensStaySecret } from './secrets.ts';
import { goodTokenAtRest, noAlarm, noTabIsStuck, onlyTheServerEndsIt, tabsAgree } from './session.ts';
import { errorsAreTyped, everythingSettles } from './settled.ts';
import { signOutIsForAllTabs, signOutRevokes } from './sign-out.ts';
import { storedIsNewest, storedSessionGoesOn } from './stored.ts';
import { noTokenTwice } from './tokens-once.ts';

/** Those that excuse a session come before those that ask for the excuse. */
export const RULES: readonly RuleMaker[] = [
  noOverlap,
  noTokenTwice,
  noAlarm,
  noNeedlessRefresh,
  visitorsAskNothing,
  boundedRate,
  noRefreshInVain,
  backsOff,
  onceAndUnchanged,
  asNobodyElse,
  noTokenAfterSignOut,
  signOutIsTheLastWord,
  signOutRevokes,
  signOutIsForAllTabs,
  onlyTheServerEndsIt,
  errorsAreTyped,
  noErrorWithoutFailure,
  toldInTime,
  challengesAreTold,
  noRefusalThatARefreshMends,
  tokensStaySecret,
  refreshTokensStayAtHome,
  storedSessionGoesOn,
  storedIsNewest,
  everythingSettles,
  tabsAgree,
  noTabIsStuck,
  goodTokenAtRest,
  hintIsHeard,
];
