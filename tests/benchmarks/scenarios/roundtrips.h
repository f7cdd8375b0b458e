// SPDX-License-Identifier: MIT
#pragma once

#include "samples.h"
#include "session.h"
#include "threadtimes.h"

//! Exchanges \a count messages with \a peer's server, one at a time; fewer if that takes longer
//! than five seconds.
Sample roundTrips(const Peer &peer, int count);
