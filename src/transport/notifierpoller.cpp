// SPDX-License-Identifier: MIT
#include "transport/notifierpoller.h"

namespace QRepod {

bool NotifierPoller::watch(int descriptor, Watcher *watcher, Interest interest)
{
    Notifiers &notifiers = m_notifiers[descriptor];
    const auto enable = [&](QSocketNotifier *&notifier, QSocketNotifier::Type type,
                            void (Watcher::*handler)(), bool isWanted) {
        if (isWanted && !notifier) {
            notifier = new QSocketNotifier(descriptor, type, this);
            QObject::connect(notifier, &QSocketNotifier::activated, this,
                             [watcher, handler] { (watcher->*handler)(); });
        }
        if (notifier)
            notifier->setEnabled(isWanted);
    };
    enable(notifiers.reading, QSocketNotifier::Read, &Watcher::handleReadable, interest.reading);
    enable(notifiers.writing, QSocketNotifier::Write, &Watcher::handleWritable, interest.writing);
    if (interest.reading || interest.writing)
        return true;
    for (QSocketNotifier *notifier : {notifiers.reading, notifiers.writing}) {
        if (notifier)
            notifier->deleteLater(); // it may be the caller
    }
    m_notifiers.erase(descriptor);
    return true;
}

} // namespace QRepod
