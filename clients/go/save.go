package flinksgateway

// Save says whether Flinks keeps a customer's credentials and data, so that they can be refreshed, or reopened from
// cache, by their LoginId. The gateway refuses a request that does not say: what happens to a customer's bank password
// is no default.
type Save string

// What Flinks is to keep.
const (
	// Flinks keeps the credentials and data, so that the session's [Login] can be refreshed and reopened.
	SaveLogin Save = "SaveLogin"
	// Flinks keeps neither after the call. The session may come without a [Login].
	SaveNothing Save = "SaveNothing"
)

// message is nil for what is neither.
func (s Save) message() *bool {
	if s != SaveLogin && s != SaveNothing {
		return nil
	}
	save := s == SaveLogin
	return &save
}
