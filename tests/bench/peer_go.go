// Peers in Go: cenkalti/backoff. Measures a call, and a retry whose timer is
// ready, once each, in wall time.
// SPDX-License-Identifier: MIT
package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff"
)

const retries = 3

// A timer that fires at once.
type ready struct{ c chan time.Time }

func (r *ready) Start(time.Duration) {
	select {
	case r.c <- time.Time{}:
	default:
	}
}
func (r *ready) Stop()               {}
func (r *ready) C() <-chan time.Time { return r.c }

var left, done int
var errFailed = errors.New("failed")

//go:noinline
func operation() error {
	if left > 0 {
		left--
		return errFailed
	}
	done++
	return nil
}

func bare() error {
	var err error
	for i := 0; i < 5; i++ {
		if err = operation(); err == nil {
			break
		}
	}
	return err
}

func cost(call func() error, fails, calls int) float64 {
	start := time.Now()
	for i := 0; i < calls; i++ {
		left = fails
		if err := call(); err != nil {
			panic(err)
		}
	}
	return float64(time.Since(start).Nanoseconds()) / float64(calls)
}

func row(name string, call func() error) {
	cost(call, 0, 10000)
	first := cost(call, 0, 300000)
	more := cost(call, retries, 100000)
	fmt.Printf("call: %s\t%.2f\n", name, first)
	fmt.Printf("retry: %s\t%.2f\n", name, (more-first)/retries)
}

func main() {
	timer := &ready{make(chan time.Time, 1)}
	policy := backoff.WithMaxRetries(&backoff.ZeroBackOff{}, 5)

	row("Go, bare loop", bare)
	row("cenkalti, no clock read", func() error {
		return backoff.RetryNotifyWithTimer(operation, policy, nil, timer)
	})
	limited := backoff.NewExponentialBackOff()
	limited.InitialInterval = 0
	limited.MaxElapsedTime = 90 * time.Second
	row("cenkalti, limit of time", func() error {
		return backoff.RetryNotifyWithTimer(operation, limited, nil, timer)
	})
}
