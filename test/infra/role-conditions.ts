/** An attempt to write or delete a role assignment, as Azure evaluates conditions on it. */
export interface Attempt {
  action: 'write' | 'delete';
  roleDefinitionId: string;
  principalId: string;
  principalType: 'ServicePrincipal' | 'User' | 'Group';
}

const TOKEN =
  /\s*(\(|\)|!|AND\b|OR\b|ActionMatches\{'([^']*)'\}|@(Request|Resource)\[Microsoft\.Authorization\/roleAssignments:(\w+)\] ForAnyOfAnyValues:(\w+) \{([^}]*)\})/y;

/**
 * Evaluates a condition of a role assignment on an attempt to write or delete another one, in the part of the language that the templates use: `AND`,
 * `OR`, `!`, `ActionMatches` and `ForAnyOfAnyValues`. `AND` binds before `OR`. An attribute that an action does not have is not equal to anything:
 * `@Request` is of what is written, `@Resource` of what is deleted. https://learn.microsoft.com/azure/role-based-access-control/conditions-format
 *
 * @throws Error on anything else, which would otherwise count as allowed.
 */
export function allows(condition: string, attempt: Attempt): boolean {
  TOKEN.lastIndex = 0;
  const next = (): RegExpExecArray => {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(condition);
    if (token === null) throw new Error(`expected a part of a condition at ${at}, got "${condition.slice(at, at + 40)}"`);
    return token;
  };
  const take = (what: string): boolean => {
    const at = TOKEN.lastIndex;
    if (/^\s*$/.test(condition.slice(at))) return false;
    const token = next();
    if (token[1] === what) return true;
    TOKEN.lastIndex = at;
    return false;
  };
  const either = (): boolean => {
    let value = both();
    while (take('OR')) value = both() || value;
    return value;
  };
  const both = (): boolean => {
    let value = one();
    while (take('AND')) value = one() && value;
    return value;
  };
  const one = (): boolean => {
    const token = next();
    if (token[1] === '!') return !one();
    if (token[1] === '(') {
      const value = either();
      if (!take(')')) throw new Error(`expected ")" at ${TOKEN.lastIndex} of the condition`);
      return value;
    }
    if (token[2] !== undefined) return token[2] === `Microsoft.Authorization/roleAssignments/${attempt.action}`;
    const [, , , source, attribute, operator, list] = token;
    if (attribute === undefined) throw new Error(`expected a comparison, got "${token[1]}"`);
    const hasIt = source === (attempt.action === 'write' ? 'Request' : 'Resource');
    return hasIt && isAmong(attributeOf(attempt, attribute), operator!, list!);
  };
  const value = either();
  if (!/^\s*$/.test(condition.slice(TOKEN.lastIndex))) throw new Error(`expected the end of the condition at ${TOKEN.lastIndex}`);
  return value;
}

function attributeOf({ roleDefinitionId, principalId, principalType }: Attempt, attribute: string): string {
  const value = { RoleDefinitionId: roleDefinitionId, PrincipalId: principalId, PrincipalType: principalType }[attribute];
  if (value === undefined) throw new Error(`expected an attribute of role assignments, got ${attribute}`);
  return value;
}

function isAmong(value: string, operator: string, list: string): boolean {
  if (operator !== 'GuidEquals' && operator !== 'StringEqualsIgnoreCase')
    throw new Error(`expected GuidEquals or StringEqualsIgnoreCase, got ${operator}`);
  const values = list.split(',').map((item) => item.trim().replace(/^'(.*)'$/, '$1'));
  return values.some((item) => item.toLowerCase() === value.toLowerCase());
}
