// Package canary is a consumer of credentials that knows nothing of who renews them: twice a second it reads what an item of
// the vault gives to its consumers, signs in with it by the cloud's own library, and keeps count.
package canary

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Every is how often a consumer reads and signs in.
const Every = 500 * time.Millisecond

// World is where the vault and the clouds answer.
type World struct {
	Vault, Token string       // of 1Password Connect
	AWS          string       // a service account's key file says by itself where Google is
	Entra        string       // an authority, https
	HTTP         *http.Client // which trusts Entra's certificate
}

// Consumer is one credential as its consumer knows it.
type Consumer struct {
	Vault, Item string // by their names, as in op://vault/item
	Way         Way
}

// Seen is what signing in came to.
type Seen struct {
	Probes, Failures int
	MaxGap           time.Duration // the longest time without a sign-in that worked
	First            string        // what the first failure said, and when it was
}

// Canary signs in for some consumers until it is stopped.
type Canary struct {
	stop context.CancelFunc
	done sync.WaitGroup

	mu   sync.Mutex
	seen map[string]*Seen // by item
}

// Watch begins to sign in for each of the consumers.
func Watch(ctx context.Context, w World, consumers ...Consumer) *Canary {
	ctx, stop := context.WithCancel(ctx)
	c := &Canary{stop: stop, seen: map[string]*Seen{}}
	for i, of := range consumers {
		seen := &Seen{}
		c.seen[of.Item] = seen
		c.done.Go(func() {
			select { // they do not all come at once
			case <-ctx.Done():
				return
			case <-time.After(Every * time.Duration(i) / time.Duration(len(consumers))):
			}
			c.watch(ctx, seen, &errand{world: w, of: of})
		})
	}
	return c
}

// watch signs in for one consumer.
func (c *Canary) watch(ctx context.Context, seen *Seen, e *errand) {
	turns := time.NewTicker(Every)
	defer turns.Stop()
	for last := time.Now(); ; {
		err := e.signIn(ctx)
		if ctx.Err() != nil {
			return // whatever came of the last one, it was cut short
		}
		c.mu.Lock()
		seen.Probes++
		seen.MaxGap = max(seen.MaxGap, time.Since(last))
		if err != nil {
			seen.Failures++
			if seen.First == "" {
				seen.First = fmt.Sprintf("at %s: %v", time.Now().Format("15:04:05.000"), err)
			}
		} else {
			last = time.Now()
		}
		c.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-turns.C:
		}
	}
}

// Seen is what signing in with an item's current credential has come to until now.
func (c *Canary) Seen(item string) Seen {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.seen[item]; s != nil {
		return *s
	}
	return Seen{}
}

// Stop ends the signing in, and is what it came to by item.
func (c *Canary) Stop() map[string]Seen {
	c.stop()
	c.done.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]Seen{}
	for item, s := range c.seen {
		out[item] = *s
	}
	return out
}
