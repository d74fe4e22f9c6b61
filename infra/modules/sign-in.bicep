metadata name = 'Sign-in'
metadata description = 'Entra ID in front of the function keys: without an account of the tenant, nobody even gets to try a key. The keys stay.'

@description('Required. Name of the function app.')
param appName string

@description('Required. Client ID of the app registration that people sign in to.')
@minLength(36)
@maxLength(36)
param clientId string

@description('Optional. Object IDs of the people who may sign in; everyone of the tenant without one. The app registration can also demand an assignment, for groups.')
param allowedPrincipals string[] = []

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource signIn 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'RedirectToLoginPage'
      redirectToProvider: 'azureactivedirectory'
      excludedPaths: ['/api/health']
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          // The identity vouches for the app registration: there is no secret to keep.
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: ['api://${clientId}', clientId]
          defaultAuthorizationPolicy: empty(allowedPrincipals) ? null : {
            allowedPrincipals: {
              identities: allowedPrincipals
            }
          }
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}
