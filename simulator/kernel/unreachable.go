package kernel

import "fmt"

// Unreachable is an issuer whose keys nobody here has: in the world its address would not answer. It is the error of a token that
// says it is of such an issuer.
type Unreachable string

// Error implements error.
func (u Unreachable) Error() string { return fmt.Sprintf("the issuer %q has no keys here", string(u)) }
