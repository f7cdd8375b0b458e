// SPDX-License-Identifier: MIT
#pragma once

#include "peer.h"
#include "samples.h"

enum class Direction { ToClient, ToServer };

//! Sends \a messages from one end of \a peer to the other as fast as possible; fewer if it is slow.
Sample streamMessages(const Peer &peer, Direction direction, qint64 messages);
