// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qlist.h>

#include <functional>

/// \file
/// Functions that wait in a test, for as long as needed and no longer.

namespace QRepod {

class ConnectionListener;

//! Pumps \a listener and runs the event loop until \a predicate returns true.
///
/// \a predicate is called after every pump, at least every 5 ms, and once even if no time is left.
/// A listener with autoPump pumps itself; one that has been deleted is skipped.
///
/// Call it in the thread of the listener; a QCoreApplication must exist.
///
/// \code
/// client.connect("127.0.0.1", server.port());
/// QVERIFY(QRepod::pumpUntil(&client, [&] { return client.players().size() == 2; }));
/// \endcode
///
/// \return whether \a predicate became true within \a timeout milliseconds.
QREPOD_TEST_EXPORT bool pumpUntil(ConnectionListener *listener,
                                  const std::function<bool()> &predicate, int timeout = 5000);

//! The same with any number of listeners of one thread: `pumpUntil({&a, &b}, …)`.
QREPOD_TEST_EXPORT bool pumpUntil(const QList<ConnectionListener *> &listeners,
                                  const std::function<bool()> &predicate, int timeout = 5000);

//! Only runs the event loop: for a server, which works in it, or for clients with autoPump.
QREPOD_TEST_EXPORT bool pumpUntil(const std::function<bool()> &predicate, int timeout = 5000);

} // namespace QRepod
