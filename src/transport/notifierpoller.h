// SPDX-License-Identifier: MIT
#pragma once

#include "transport/poller.h"

#include <QtCore/qsocketnotifier.h>

#include <memory>
#include <unordered_map>

namespace QRepod {

//! A poller based on Qt's socket notifiers, which every system has.
class NotifierPoller : public Poller
{
    Q_OBJECT

public:
    using Poller::Poller;

    bool watch(int descriptor, Watcher *watcher, Interest interest) override;

private:
    struct Notifiers
    {
        QSocketNotifier *reading = nullptr; // child
        QSocketNotifier *writing = nullptr; // child
    };

    std::unordered_map<int, Notifiers> m_notifiers; // by descriptor
};

} // namespace QRepod
