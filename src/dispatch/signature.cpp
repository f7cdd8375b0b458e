// SPDX-License-Identifier: MIT
#include "dispatch/signature.h"

#include <algorithm>

namespace QRepod {

namespace {

//! Of a \a parameter, which is counted from 1.
QMetaType typeOf(const QMetaMethod &method, int parameter)
{
    const QMetaType type = method.parameterMetaType(parameter - 1);
    // moc leaves out a type that was incomplete in its header; it may be registered by name.
    return type.isValid() ? type : QMetaType(method.parameterType(parameter - 1));
}

bool isWhole(QMetaType type)
{
    return type.id() == QMetaType::QVariantMap || type.id() == QMetaType::QVariant;
}

} // namespace

QByteArray withArticle(QByteArray noun)
{
    return noun.prepend(QByteArrayView("aeioAEIO").contains(noun.front()) ? "an " : "a ");
}

Signature::Signature(const QMetaMethod &method, int optional, const Extras &extras,
                     Converters &converters)
    : m_parameters(method.parameterCount())
    , m_isScript(!method.enclosingMetaObject()->d.static_metacall)
{
    if (m_parameters > maximumParameters) {
        m_fault = "it has more than " + QByteArray::number(maximumParameters) + " parameters";
        return;
    }
    if (extras.leading == Leading::Sender && m_parameters > 0)
        takeSender(method);
    takeSupplied(method, extras.supplied);
    takeRest(method, m_parameters - optional, converters);
    sortNames();
    if (m_fields.size() > maximumFields)
        m_fault = "it takes more than " + QByteArray::number(qulonglong(maximumFields)) + " fields";
}

//! Takes what the message fills.
void Signature::takeRest(const QMetaMethod &method, int required, Converters &converters)
{
    const QMetaType only = rest().size() == 1 ? typeOf(method, rest().front()) : QMetaType();
    if (isWhole(only))
        return takeMessage(rest().front(), only);
    if (only.flags() & QMetaType::IsGadget)
        return takeGadget(rest().front(), only, converters);
    const QByteArrayList names = method.parameterNames();
    for (const int i : rest().size() > 1 ? rest() : QList<int>()) {
        const QMetaType type = typeOf(method, i);
        if (type.id() == QMetaType::QVariantMap && names[i - 1] == "message")
            takeMessage(i, type);
    }
    takeFields(method, converters);
    addOptional(required);
}

//! The parameters that nothing has been found for yet.
QList<int> Signature::rest() const
{
    QList<int> rest;
    for (int i = 1; i <= m_parameters; ++i) {
        if (!isFixed(i))
            rest.append(i);
    }
    return rest;
}

bool Signature::isFixed(int parameter) const
{
    return std::any_of(m_fixed.begin(), m_fixed.end(),
                       [=](const Fixed &fixed) { return fixed.parameter == parameter; });
}

void Signature::takeSender(const QMetaMethod &method)
{
    m_sender = typeOf(method, 1);
    const bool isVariant = m_sender.id() == QMetaType::QVariant;
    if (!isVariant && !(m_sender.flags() & QMetaType::PointerToQObject))
        m_fault = "its first parameter is " + withArticle(method.parameterTypeName(0))
            + ", not a pointer to the channel";
    m_needsSender = !isVariant;
    m_fixed.push_back(
        {Fixed::Kind::Sender, 1, m_sender, isVariant, isVariant ? reserve(m_sender) : 0});
}

void Signature::takeSupplied(const QMetaMethod &method, const std::vector<QMetaType> &types)
{
    for (int i = 1; i <= m_parameters; ++i) {
        const QMetaType type = typeOf(method, i);
        if (!isFixed(i) && std::find(types.begin(), types.end(), type) != types.end())
            m_fixed.push_back({Fixed::Kind::Supplied, i, type, false, 0, QVariant(type)});
    }
}

bool Signature::isSender(const QObject *sender) const
{
    return sender && sender->metaObject()->inherits(m_sender.metaObject());
}

void Signature::takeMessage(int parameter, QMetaType type)
{
    const bool isVariant = type.id() == QMetaType::QVariant;
    m_fixed.push_back(
        {Fixed::Kind::Message, parameter, type, isVariant, isVariant ? reserve(type) : 0});
}

void Signature::takeGadget(int parameter, QMetaType type, Converters &converters)
{
    const GadgetConverter *const converter = converters.findGadget(type);
    if (!converter) {
        m_fault = withArticle(type.name()) + " has no default constructor";
        return;
    }
    m_hasGadget = true;
    m_fixed.push_back({Fixed::Kind::Gadget, parameter, type, false, reserve(type)});
    for (const GadgetConverter::Property &property : converter->properties()) {
        Field &field = m_fields.emplace_back();
        field.name = property.name();
        field.typeName = property.typeName();
        field.property = &property;
        field.parameter = parameter;
    }
}

void Signature::takeFields(const QMetaMethod &method, Converters &converters)
{
    const QByteArrayList names = method.parameterNames();
    for (const int i : rest()) {
        const QMetaType type = typeOf(method, i);
        const Converter *const converter = converters.find(type);
        if (!m_fault.isEmpty())
            return;
        if (names[i - 1].isEmpty())
            m_fault = "parameter " + QByteArray::number(i) + " has no name";
        else if (!converter)
            m_fault =
                "no field can be converted to " + withArticle(method.parameterTypeName(i - 1));
        else
            addField(names[i - 1], i, type, converter);
    }
}

//! Finds out which of the last fields may be missing.
void Signature::addOptional(int required)
{
    int lastFixed = 0;
    for (const Fixed &fixed : m_fixed)
        lastFixed = std::max(lastFixed, fixed.parameter);
    bool isOptional = true;
    for (size_t i = m_fields.size(); i-- > 0;) {
        Field &field = m_fields[i];
        if (m_isScript) // but for the first: of a message without any field, a warning tells more
            isOptional = isOptional && i > 0 && field.type == QMetaType::fromType<QVariant>();
        else // what no field fills is never left out, so nothing before it can be
            isOptional = field.parameter > required && field.parameter > lastFixed;
        field.isOptional = isOptional;
    }
}

void Signature::addField(const QByteArray &name, int parameter, QMetaType type,
                         const Converter *converter)
{
    // Of these a value that fits sets every byte; of a gadget only those of the fields that come.
    const bool isPlain = type.id() < QMetaType::User
        && !(type.flags() & (QMetaType::NeedsConstruction | QMetaType::NeedsDestruction));
    const FieldSet bit = m_fields.size() < maximumFields ? FieldSet(1) << m_fields.size() : 0;
    if (!isPlain)
        m_constructed |= bit;
    if (converter->takesNothing())
        m_preset |= bit;
    m_fields.push_back({name, type.name(), parameter, converter, type, reserve(type)});
}

void Signature::sortNames()
{
    for (const Field &field : m_fields)
        m_names.push_back({field.name, &field});
    m_names.push_back({"action", nullptr}); // behind a field of that name it is not found
    std::stable_sort(m_names.begin(), m_names.end(),
                     [](const Name &a, const Name &b) { return a.text < b.text; });
}

//! Finds a \a key that is not the one after the latest.
const Signature::Field *Signature::search(QByteArrayView key, size_t &next) const
{
    const auto isNamed = [key](const Name &name) { return isSameText(name.text, key); };
    const auto name = std::find_if(m_names.begin(), m_names.end(), isNamed);
    if (name == m_names.end())
        return nullptr;
    next = size_t(name - m_names.begin()) + 1;
    return name->field;
}

size_t Signature::reserve(QMetaType type)
{
    const auto alignment = std::max(size_t(type.alignOf()), size_t(1));
    const size_t offset = (m_size + alignment - 1) / alignment * alignment;
    m_size = offset + size_t(type.sizeOf());
    m_alignment = std::max(m_alignment, alignment);
    return offset;
}

} // namespace QRepod
