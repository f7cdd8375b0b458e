// SPDX-License-Identifier: MIT
#pragma once

namespace QRepod {

//! What becomes of a message that cannot be written at once.
enum class SendMode {
    //! It waits for its turn, and is never left out. The default everywhere.
    Reliable,

    //! For state that is soon out of date, such as positions sent 30 times a second.
    ///
    /// While the peer takes nothing, or more waits for it than a send backlog allows, a newer
    /// message of the same action takes the place of the one that waits: a slow client gets the
    /// newest state, not all that it has missed. On a line that keeps up nothing is left out. Such
    /// a message never counts against the send backlog. What waits for different things, as the
    /// positions of two players, needs different actions, or one message.
    Latest,
};

} // namespace QRepod
